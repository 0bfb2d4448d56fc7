import type { Directory } from '@zhike/api'

/** A directory as it is typed. */
export interface DirectoryForm {
  name: string
  host: string
  port: string
  security: Directory['security']
  inside: boolean
  certificate: string
  binding: Directory['binding']
  bind_name: string
  password: string
  base: string
  filter: string
  id_attribute: string
  login_attribute: string
  name_attribute: string
  mail_attribute: string
  department_attribute: string
  required_group: string
  group_roles: { group: string; role_id: string | null }[]
  roles_at: Directory['roles_at']
  creates: boolean
  role_id: string | null
  unit_id: string | null
  suspends: boolean
  active: boolean
}

/** What is usual in the directories at hand. */
export const PRESETS = {
  ldap: { filter: '(uid={login})', id_attribute: 'entryUUID', login_attribute: 'uid', name_attribute: 'cn', mail_attribute: 'mail', department_attribute: 'ou' },
  ad: {
    filter: '(&(objectCategory=person)(sAMAccountName={login}))',
    id_attribute: 'objectGUID',
    login_attribute: 'sAMAccountName',
    name_attribute: 'displayName',
    mail_attribute: 'mail',
    department_attribute: 'department',
  },
} as const

/** One that is nothing yet. */
export function blankDirectory(): DirectoryForm {
  return {
    name: '',
    host: '',
    port: '636',
    security: 'tls',
    inside: false,
    certificate: '',
    binding: 'service',
    bind_name: '',
    password: '',
    base: '',
    ...PRESETS.ldap,
    department_attribute: '',
    required_group: '',
    group_roles: [],
    roles_at: 'first',
    creates: false,
    role_id: null,
    unit_id: null,
    suspends: false,
    active: true,
  }
}

/** One as it is kept; its password never is. */
export function formOf(kept: Directory): DirectoryForm {
  const blank = blankDirectory()
  const same = Object.fromEntries(Object.keys(blank).flatMap((key) => (key in kept ? [[key, kept[key as keyof Directory]]] : [])))
  return {
    ...blank,
    ...same,
    port: String(kept.port),
    certificate: kept.certificate ?? '',
    password: '',
    group_roles: kept.group_roles.map((one) => ({ ...one })),
    active: kept.state === 'active',
  }
}
