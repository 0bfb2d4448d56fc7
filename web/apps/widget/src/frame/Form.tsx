import { useRef, useState } from 'preact/hooks'
import type { Config, Field } from '../protocol'
import { fill, own, type Texts } from '../texts'
import { Icon, Words } from './parts'
import { ahead, wait } from './time'

/** Longer lists of choices are a menu. */
const GRID = 6

interface Props {
  config: Config
  texts: Texts
  lang: string
  /** `word`: a message is left, nobody answers now. */
  kind: 'talk' | 'word'
  initial: Record<string, string>
  onDone: (fields: Record<string, string>, word: string) => void
  onBack?: () => void
}

/** What is asked before a talk, or with a message that is left. */
export function Form({ config, texts, lang, kind, initial, onDone, onBack }: Props) {
  const { fields, consent_text, intro } = config.pre_chat
  const [values, setValues] = useState<Record<string, string>>(initial)
  const [word, setWord] = useState(initial['word'] ?? '')
  const [agreed, setAgreed] = useState(false)
  const [faults, setFaults] = useState<Record<string, string>>({})
  const form = useRef<HTMLFormElement>(null)
  const away = kind === 'word' && !config.open
  const asked = config.pre_chat.enabled ? fields : []
  const consent = config.pre_chat.enabled ? consent_text : ''

  const submit = (event: Event) => {
    event.preventDefault()
    const found: Record<string, string> = {}
    for (const field of asked) {
      const fault = faultOf(field, values[field.key]?.trim() ?? '', texts)
      if (fault) found[field.key] = fault
    }
    if (kind === 'word' && !word.trim()) found['word'] = fill(texts.need, { label: texts.word })
    if (consent && !agreed) found['consent'] = texts.need_consent
    setFaults(found)
    if (Object.keys(found).length === 0) return onDone(Object.fromEntries(asked.map(({ key }) => [key, values[key]?.trim() ?? '']).filter(([, value]) => value)), word.trim())
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
  }

  return (
    <form ref={form} class="form" noValidate onSubmit={submit}>
      <div class="fields">
        {kind === 'word' && (
          <div class="lead">
            {away && <h2>{texts.offline_title}</h2>}
            <p>{away ? <AfterHours config={config} texts={texts} lang={lang} /> : texts.word_intro}</p>
          </div>
        )}
        {kind === 'talk' && <p class="lead">{intro ? <Words text={own(intro, texts)} /> : texts.form_intro}</p>}
        {asked.map((field) => (
          <Entry key={field.key} field={field} texts={texts} value={values[field.key] ?? ''} fault={faults[field.key]} onChange={(value) => setValues({ ...values, [field.key]: value })} />
        ))}
        {kind === 'word' && (
          <div class="field">
            <label for="field-word">{texts.word}</label>
            <textarea id="field-word" rows={3} maxLength={2000} value={word} aria-invalid={Boolean(faults['word'])} aria-describedby="fault-word" onInput={(event) => setWord(event.currentTarget.value)} />
            <Fault of="word" text={faults['word']} />
          </div>
        )}
        {consent && (
          <div class="field">
            <label class="consent">
              <input type="checkbox" checked={agreed} aria-invalid={Boolean(faults['consent'])} aria-describedby="fault-consent" onChange={(event) => setAgreed(event.currentTarget.checked)} />
              <span>
                <Words text={own(consent, texts)} />
              </span>
            </label>
            <Fault of="consent" text={faults['consent']} />
          </div>
        )}
      </div>
      <div class="foot">
        <button type="submit" class="main">
          {kind === 'word' ? texts.word_send : texts.start}
        </button>
        {onBack && (
          <button type="button" class="plain" onClick={onBack}>
            {texts.back}
          </button>
        )}
        {kind === 'talk' && config.estimated_ms != null && config.show_position && <p>{fill(texts.wait_now, { time: wait(config.estimated_ms, texts) })}</p>}
      </div>
    </form>
  )
}

/** When the department is closed: its own words or ours, and when it opens. */
export function AfterHours({ config, texts, lang }: { config: Config; texts: Texts; lang: string }) {
  const { after_hours_text: text, next_opening_at: at } = config
  const when = at ? ahead(at, Date.now(), lang) : ''
  const told = text.includes('{opens_at}')
  return (
    <>
      {text ? <Words text={text.replaceAll('{opens_at}', when)} /> : texts.offline_intro}
      {when && !told && <b class="opens"> {fill(texts.opens, { when })}</b>}
    </>
  )
}

function Entry({ field, texts, value, fault, onChange }: { field: Field; texts: Texts; value: string; fault: string | undefined; onChange: (value: string) => void }) {
  const { key, kind, options = [], required = false } = field
  const label = own(field.label, texts)
  const id = `field-${key}`
  const hint = required ? null : <small>{texts.optional}</small>
  const common = { id, 'aria-invalid': Boolean(fault), 'aria-describedby': `fault-${key}`, 'aria-required': required }
  if (kind === 'select' && options.length <= GRID) {
    return (
      <fieldset class="field">
        <legend>
          {label}
          {hint}
        </legend>
        <div class="grid" role="radiogroup" aria-label={label} aria-describedby={`fault-${key}`}>
          {options.map((option, at) => (
            <label key={option} class={option === value ? 'on' : ''}>
              <input type="radio" name={id} value={option} checked={option === value} aria-invalid={Boolean(fault) && at === 0} onChange={() => onChange(option)} />
              {option === value && <Icon of="tick" />}
              <span>{option}</span>
            </label>
          ))}
        </div>
        <Fault of={key} text={fault} />
      </fieldset>
    )
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {hint}
      </label>
      {kind === 'select' ? (
        <span class="select">
          <select {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
            <option value="">{texts.choose}</option>
            {options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
          <Icon of="down" />
        </span>
      ) : (
        <input {...common} list={undefined} maxLength={200} type={kind === 'phone' ? 'tel' : kind === 'email' ? 'email' : 'text'} autocomplete={kind === 'phone' ? 'tel' : kind === 'email' ? 'email' : key === 'name' ? 'name' : 'off'} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
      <Fault of={key} text={fault} />
    </div>
  )
}

function Fault({ of, text }: { of: string; text: string | undefined }) {
  return (
    <p id={`fault-${of}`} class="fault" role={text ? 'alert' : undefined}>
      {text}
    </p>
  )
}

/** What is wrong with a value. Numbers are taken as people write them; the server looks closer. */
function faultOf({ kind, label: given, required }: Field, value: string, texts: Texts): string | undefined {
  const label = own(given, texts)
  if (!value) return required ? fill(kind === 'select' ? texts.need_choice : texts.need, { label }) : undefined
  if (kind === 'phone' && !/^\+?[\d\s().-]{6,24}$/.test(value)) return texts.bad_phone
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return texts.bad_email
  return undefined
}
