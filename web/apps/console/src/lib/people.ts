import type { Member, Unit } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAll } from './resource'

/** Colleagues and units as options of a Select; empty for those who may not read them. */
export function usePeople() {
  const members = useAll<Member>('/members', {}, can('people.read'))
  const units = useAll<Unit>('/units', {}, can('people.read'))
  return {
    members: members.rows,
    units: units.rows,
    memberOptions: computed(() => members.rows.value.map((member) => ({ value: member.user_id, label: member.name }))),
    unitOptions: computed(() => units.rows.value.map((unit) => ({ value: unit.id, label: unit.name }))),
    nameOf: (userId: string | null | undefined) => members.rows.value.find((member) => member.user_id === userId)?.name,
    unitName: (unitId: string | null | undefined) => units.rows.value.find((unit) => unit.id === unitId)?.name,
  }
}
