import type { AutomationAction } from '@zhike/api'
import { formatMoment, t } from '@zhike/i18n'
import { usePeople } from '@/lib/people'
import { useQueues } from './queues'
import { useWrapUpReasons } from './wrapUps'

/** What an action does, in words, with names instead of ids. */
export function useMacroWords() {
  const queues = useQueues()
  const { nameOf } = usePeople()
  const { choices } = useWrapUpReasons()
  function about(action: AutomationAction): string {
    switch (action.do) {
      case 'add_tag':
      case 'remove_tag':
        return action.tag
      case 'set_priority':
        return String(action.priority)
      case 'set_queue':
        return queues.nameOf(action.queue_id)
      case 'assign':
        return nameOf(action.user_id) ?? ''
      case 'snooze':
        return [action.preset ? t(`conversations.snooze.preset.${action.preset}`) : formatMoment(action.until), action.reason].filter(Boolean).join(' · ')
      case 'close':
        return [choices.value.find(({ id }) => id === action.reason_id)?.label, action.note].filter(Boolean).join(' · ')
      case 'task':
        return action.title
      case 'wake':
        return ''
      default:
        return action.text
    }
  }
  return { verb: (action: AutomationAction) => t(`automation.does.${action.do}`), about }
}
