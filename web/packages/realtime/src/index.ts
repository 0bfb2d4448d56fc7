export { RealtimeClient } from './client'
export type { LinkState, RealtimeOptions, TopicHandlers } from './client'
export type { FactFrame } from './frames'
export { backoff } from './backoff'
