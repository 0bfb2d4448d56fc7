import { t, te } from '@zhike/i18n'

/** The parts of a failure a screen needs; structural, so that this package need not know the API client. */
interface Failure {
  status?: number
  code?: string
  params?: Record<string, unknown>
  fields?: { field: string; code: string; params?: Record<string, unknown> }[]
  requestId?: string
}

/** One sentence for a failure: the catalogue's words for its code. */
export function errorText(error: unknown): string {
  const { code, params } = error as Failure
  const key = `errors.${code ?? 'unknown'}`
  return te(key) && code !== 'fields' ? t(key, params ?? {}) : t('errors.unknown')
}

/** What happened, and what the reader can do about it. */
export function describeError(error: unknown): { title: string; remedy: string; requestId: string | undefined } {
  const { status, requestId } = error as Failure
  let remedy = t('errors.remedy.retry')
  if (status === 0) remedy = t('errors.remedy.offline')
  else if (status === 403) remedy = t('errors.remedy.ask')
  else if (status === 404) remedy = t('errors.remedy.gone')
  return { title: errorText(error), remedy, requestId }
}

/** The complaint about each field, by name, in words. */
export function fieldErrors(error: unknown): Map<string, string> {
  const { fields } = (error ?? {}) as Failure
  return new Map(
    (fields ?? []).map(({ field, code, params }) => {
      const key = `errors.fields.${code}`
      return [field, te(key) ? t(key, params ?? {}) : t('errors.fields.invalid')]
    }),
  )
}
