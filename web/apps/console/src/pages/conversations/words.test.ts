import { expect, it } from 'vitest'
import { stretches } from './words'

it('makes links of web addresses alone', () => {
  expect(stretches('看 https://a.cn/x?y=1。谢谢 javascript:alert(1)')).toEqual([
    { text: '看 ' },
    { text: 'https://a.cn/x?y=1', href: 'https://a.cn/x?y=1' },
    { text: '。谢谢 javascript:alert(1)' },
  ])
  expect(stretches('(https://a.cn).').map(({ href }) => href)).toEqual([undefined, 'https://a.cn', undefined])
})
