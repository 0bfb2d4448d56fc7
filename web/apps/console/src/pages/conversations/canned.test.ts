import type { CannedReply } from '@zhike/api'
import { describe, expect, it } from 'vitest'
import { asTemplate, asText, fill, find, gaps, nextGap, prompts, slash, together } from './canned'

const reply = (code: string, title: string, initials: string, pinyin: string, uses = 0): CannedReply => ({
  id: code, code, title, text: `${title}的话`, scope: 'all', group: '', uses, initials, pinyin, may_change: true, owner_id: null, unit_id: null, created_at: 0, version: 1,
})
const replies = [reply('yyfj-dd', '预约复检', 'yyfj', 'yuyuefujian'), reply('bank', '银行', 'yh yx', 'yinhang yinxing', 3), reply('hi', '问候', 'wh', 'wenhou', 9)]

describe('canned replies', () => {
  it('are found by code, title, initials and pinyin in every reading', () => {
    const codes = (typed: string) => find(replies, typed).map((hit) => `${hit.reply.code}/${hit.by}`)
    expect(codes('yyfj')).toEqual(['yyfj-dd/code'])
    expect(codes('复检')).toEqual(['yyfj-dd/title'])
    expect(codes('yx')).toEqual(['bank/initials'])
    expect(codes('yinh')).toEqual(['bank/pinyin'])
    expect(codes('')).toEqual(['hi/code', 'bank/code', 'yyfj-dd/code'])
    expect(codes('zzz')).toEqual([])
  })

  it('put values in and leave gaps for what is unknown or asked', () => {
    const pieces = fill('{{customer.name}}您好，{{ ?选择时段 }}可以吗？{{agent.name}}', { 'customer.name': '韩女士' }, (name) => `[${name}]`)
    expect(asText(pieces)).toBe('韩女士您好，‹选择时段›可以吗？‹[agent.name]›')
    const text = asText(pieces)
    expect(gaps(text)).toHaveLength(2)
    expect(nextGap(text, gaps(text)[1]!.end)?.start).toBe(gaps(text)[0]?.start)
  })

  it('go together as paragraphs, and what several ask is asked once', () => {
    const filled = (text: string) => fill(text, { 'customer.name': '韩女士' }, (name) => name)
    const texts = ['{{customer.name}}您好，约在 {{?日期}}{{?时段}}', '{{?日期}}前请保持电话畅通', ' 谢谢 '].map(filled)
    expect(prompts(texts)).toEqual([{ name: '日期', gap: '‹日期›' }, { name: '时段', gap: '‹时段›' }])
    expect(together(texts, { 日期: '周五' })).toBe('韩女士您好，约在 周五‹时段›\n\n周五前请保持电话畅通\n\n谢谢')
    expect(gaps(together(texts, { 日期: '周五', 时段: '上午' }))).toHaveLength(0)
    expect(together(texts, { 日期: '  ' })).toContain('‹日期›')
  })

  it('are called by a slash at the beginning of a word, not inside one', () => {
    expect(slash('/yy', 3)).toEqual({ from: 0, typed: 'yy' })
    expect(slash('您好，/yy', 6)).toEqual({ from: 3, typed: 'yy' })
    expect(slash('https://a', 9)).toBeUndefined()
    expect(slash('1/2', 3)).toBeUndefined()
  })

  it('keeps what was said to be said again: names become variables', () => {
    const values = { 'customer.name': '韩女士', 'agent.name': '林', 'organisation.name': '青禾家电', 'conversation.channel': undefined }
    expect(asTemplate('韩女士您好，青禾家电林筱为您服务。韩女士', values)).toBe('{{customer.name}}您好，{{organisation.name}}林筱为您服务。{{customer.name}}')
  })
})
