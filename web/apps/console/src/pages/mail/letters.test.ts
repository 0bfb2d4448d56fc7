import { describe, expect, it } from 'vitest'
import { addresses, answerSubject, forwardSubject, wrongAddress } from './letters'

describe('addresses as they are typed', () => {
  it('takes them apart however they are set apart', () => {
    expect(addresses(' a@b.example，c@d.example; e@f.example\n王明 <g@h.example> ')).toEqual(['a@b.example', 'c@d.example', 'e@f.example', 'g@h.example'])
    expect(addresses('')).toEqual([])
  })
  it('names the first that is none', () => {
    expect(wrongAddress('a@b.example, wang')).toBe('wang')
    expect(wrongAddress('a@b.example')).toBeUndefined()
  })
})

describe('subjects', () => {
  it('do not pile up, and keep no mark', () => {
    expect(answerSubject('Re: 回复：发票 [#abcdefghij27]')).toBe('Re: 发票')
    expect(forwardSubject('Re: 发票 [#abcdefghij27]')).toBe('Fwd: 发票')
    expect(answerSubject('')).toBe('')
  })
})
