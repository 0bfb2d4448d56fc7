import { gather } from '../gather'

/** Every module's en catalogue, in one chunk that loads only when this language is chosen. */
export default gather(
  import.meta.glob<Record<string, unknown>>('../../catalogues/*/en.json', { eager: true, import: 'default' }),
)
