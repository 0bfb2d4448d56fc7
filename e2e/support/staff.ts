import { ADMINISTRATOR, type Api } from './api.ts'

/** Makes an account of one of the roles that come with the product; its password is the administrator's. */
export async function hire(api: Api, login: string, name: string, role: 'agent' | 'supervisor' | 'head'): Promise<string> {
  const roles = await api.get<{ id: string; name: string }[] | { items: { id: string; name: string }[] }>('/roles')
  const role_id = (Array.isArray(roles) ? roles : roles.items).find((one) => one.name === role)?.id
  const user = await api.post<{ id: string }>('/users', { login, name, role_id, locale: 'zh-CN', password: ADMINISTRATOR.password })
  return user.id
}
