import type { Permission, Role, Scope } from '@zhike/api'

/** What a role would grant after the changes made on screen: role id → permission → reach, null for none. */
export type Changes = ReadonlyMap<string, ReadonlyMap<string, Scope | null>>

/** The reach a cell shows: the change if there is one, else what holds. */
export function reach(role: Role, permission: string, changes: Changes): Scope | null {
  const changed = changes.get(role.id)?.get(permission)
  return changed === undefined ? (role.grants[permission] ?? null) : changed
}

/** Notes a change; setting back what holds forgets it. */
export function change(changes: Changes, role: Role, permission: string, to: Scope | null): Changes {
  const own = new Map(changes.get(role.id))
  if ((role.grants[permission] ?? null) === to) own.delete(permission)
  else own.set(permission, to)
  const next = new Map(changes)
  if (own.size > 0) next.set(role.id, own)
  else next.delete(role.id)
  return next
}

/** A role's grants with the changes applied. */
export function apply(role: Role, changes: Changes): Record<string, Scope> {
  const grants = { ...role.grants }
  for (const [permission, to] of changes.get(role.id) ?? []) {
    if (to === null) delete grants[permission]
    else grants[permission] = to
  }
  return grants
}

export function countChanges(changes: Changes): number {
  return [...changes.values()].reduce((sum, own) => sum + own.size, 0)
}

/** A permission is named `module.verb`. */
const moduleOf = (permission: Permission) => permission.name.split('.')[0] ?? ''

/** The reaches a permission may be granted with. */
export function reaches(permission: Permission): readonly Scope[] {
  return permission.reaches ? ['own', 'team', 'department', 'all'] : ['all']
}

/** Permissions under their modules, in the catalogue's order. */
export function byModule(permissions: readonly Permission[]): { module: string; permissions: Permission[] }[] {
  const groups = new Map<string, Permission[]>()
  for (const permission of permissions) groups.set(moduleOf(permission), [...(groups.get(moduleOf(permission)) ?? []), permission])
  return [...groups].map(([module, own]) => ({ module, permissions: own }))
}
