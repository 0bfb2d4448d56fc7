import { describe, expect, it } from 'vitest'
import enServer from '../../../../crates/modules/channels/locales/en.json'
import cnServer from '../../../../crates/modules/channels/locales/zh-CN.json'
import twServer from '../../../../crates/modules/channels/locales/zh-TW.json'
import { own, textsFor } from './texts'

const inLanguage = (lang: string) => textsFor([lang]).texts

describe('the texts a channel begins with', () => {
  it('are the server’s, in its order', () => {
    for (const [lang, { texts }] of [
      ['zh-CN', cnServer],
      ['zh-TW', twServer],
      ['en', enServer],
    ] as const) {
      const { first_name: _, ...said } = texts
      expect(inLanguage(lang).shipped).toEqual(Object.values(said))
    }
  })

  it('are shown in the visitor’s language, whichever they were written in, until somebody changes them', () => {
    expect(own('手机号', inLanguage('en'))).toBe('Mobile number')
    expect(own('Mobile number', inLanguage('zh-TW'))).toBe('手機號碼')
    expect(own('Quick answers', inLanguage('en'))).toBe('Quick answers')
    expect(own('欢迎光临', inLanguage('en'))).toBe('欢迎光临')
  })
})
