import { t, te } from '@zhike/i18n'

/** Why a model's answer was not used, or why there was none. */
export function whyWords(detail: string): string {
  const [code = '', ...more] = detail.split(' ')
  const key = `assistant.model.why.${code}`
  return [te(key) ? t(key) : code, more.join(' ')].filter(Boolean).join(' · ')
}
