import type { Incident } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const STATES = ['investigating', 'identified', 'mended'] as const
const tones: Record<Incident['state'], StateTone> = { investigating: 'bad', identified: 'warning', mended: 'active', over: 'idle' }

/** How an incident stands, as shape, word and colour. */
export const lookOf = ({ state }: Pick<Incident, 'state'>): { tone: StateTone; word: string } => ({ tone: tones[state], word: t(`incidents.states.${state}`) })

/** Which queues it touches, in words. */
export const queuesOf = ({ queues }: Pick<Incident, 'queues'>): string => queues.map(({ name }) => name).join(t('conversations.collaboration.comma')) || t('incidents.all_queues')

/** Words as a person types them: with commas, or pauses, between them. */
export const wordsIn = (text: string): string[] => text.split(/[,，、\n]/).map((word) => word.trim()).filter(Boolean)
