import { describe, expect, it } from 'vitest'
import { pieces, secure, tidy } from './safe'

describe('text of people', () => {
  it('cannot turn the direction of what stands around it', () => {
    expect(tidy('发票\u202Egpj.exe')).toBe('发票gpj.exe')
    expect(tidy('\u2066a\u2069\u200Fb')).toBe('ab')
  })

  it('loses invisible floods and keeps joined emoji', () => {
    expect(tidy(`a${'\u200B'.repeat(4000)}b\uFEFF`)).toBe('ab')
    expect(tidy('👩\u200D👧 好')).toBe('👩\u200D👧 好')
    expect(tidy('a\u200D\u200D\u200Db')).toBe('ab')
  })

  it('loses stacked accents and empty pages', () => {
    expect(tidy(`e${'\u0301'.repeat(400)}`)).toHaveLength(5)
    expect(tidy(`a${'\n'.repeat(500)}b`)).toBe('a\n\nb')
  })

  it('shows markup as it was written', () => {
    expect(pieces('<img src=x onerror=alert(1)>')).toEqual(['<img src=x onerror=alert(1)>'])
  })

  it('finds web addresses, without the sentence around them', () => {
    expect(pieces('请看 https://shop.example.com/a?b=1。谢谢')).toEqual(['请看 ', { href: 'https://shop.example.com/a?b=1', label: 'https://shop.example.com/a?b=1' }, '。谢谢'])
    expect(pieces('(https://a.example/x).')).toEqual(['(', { href: 'https://a.example/x', label: 'https://a.example/x' }, ').'])
  })

  it('links to the web alone, and to nobody behind somebody else’s name', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://bank.example@evil.example/', 'https://localhost/']) expect(pieces(text), text).toEqual([text])
  })

  it('names a look-alike host as the network knows it', () => {
    expect(pieces('https://аpple.com/登录')).toEqual([{ href: expect.stringContaining('https://xn--pple-43d.com/'), label: 'https://xn--pple-43d.com/登录' }])
  })

  it('takes only https for cards', () => {
    expect(secure('https://a.example/p.png')).toBe('https://a.example/p.png')
    for (const address of ['http://a.example/', 'javascript:alert(1)', '//a.example/', '', undefined]) expect(secure(address)).toBeUndefined()
  })
})
