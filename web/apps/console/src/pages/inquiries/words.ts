import type { InquiryOutcome, InquiryRecord, InquiryWay } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** The ways one writes down by hand. */
export const WAYS: readonly InquiryWay[] = ['phone', 'counter', 'other']
export const OUTCOMES: readonly InquiryOutcome[] = ['solved', 'unsolved', 'unknown']

export const outcomeTone: Record<InquiryOutcome, StateTone> = { solved: 'good', unsolved: 'warning', unknown: 'idle' }

/** How somebody asked: the channel of a conversation, else the way. */
export const channelWords = (row: Pick<InquiryRecord, 'way' | 'channel_name'>): string => (row.way === 'conversation' && row.channel_name ? row.channel_name : t(`inquiries.way.${row.way}`))

/** Who asked. Whoever gave no name is somebody all the same. */
export const askerWords = (row: Pick<InquiryRecord, 'customer_name'>): string => row.customer_name || t('inquiries.unnamed')
