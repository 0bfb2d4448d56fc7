import { gather } from '../gather'

/** Every module's zh-CN catalogue, in one chunk that loads only when this language is chosen. */
export default gather(
  import.meta.glob<Record<string, unknown>>('../../catalogues/*/zh-CN.json', { eager: true, import: 'default' }),
)
