import { t, te } from '@zhike/i18n'

/** A role's name: those that come with the product are in the reader's language until somebody renames them. */
export function roleName(name: string | undefined): string {
  return name && te(`access.role.${name}`) ? t(`access.role.${name}`) : (name ?? '')
}
