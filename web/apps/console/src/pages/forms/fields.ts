import type { FormField, FormKind } from '@zhike/api'
import { t } from '@zhike/i18n'

export const FORMS = ['complaint', 'suggestion', 'opinion', 'praise'] as const satisfies FormKind[]
export const KINDS = ['text', 'long_text', 'number', 'date', 'choice', 'choices', 'yes_no'] as const satisfies FormField['kind'][]

/** What stands in own fields, by their ids. */
export type Own = Record<string, string | number | boolean | string[]>

/** Those that are asked now. */
export const asked = (fields: readonly FormField[]): FormField[] => fields.filter(({ retired }) => !retired)

/** Whether all that may not be left out is filled in. */
export const whole = (fields: readonly FormField[], own: Own): boolean =>
  asked(fields).every(({ id, required }) => {
    const value = own[id]
    return !required || (value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
  })

/** As it is sent: what was left blank is left out. */
export const filled = (own: Own): Own => Object.fromEntries(Object.entries(own).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)))

/** An entry as it is read. */
export const wordsOf = (entry: { kind: FormField['kind']; text: string }): string => (entry.kind === 'yes_no' ? t(entry.text === 'true' ? 'forms.yes' : 'forms.no') : entry.text)
