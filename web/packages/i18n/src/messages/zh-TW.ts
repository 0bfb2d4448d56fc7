import { gather } from '../gather'

/** Every module's zh-TW catalogue, in one chunk that loads only when this language is chosen. */
export default gather(
  import.meta.glob<Record<string, unknown>>('../../catalogues/*/zh-TW.json', { eager: true, import: 'default' }),
)
