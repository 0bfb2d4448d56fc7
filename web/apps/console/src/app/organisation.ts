import { shallowRef } from 'vue'

/** What the house is called, as far as one may know; canned replies name it. */
export const organisationName = shallowRef<string | undefined>(undefined)
