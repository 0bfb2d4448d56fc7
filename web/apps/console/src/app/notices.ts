import { shallowRef, watch } from 'vue'

/** What calls for attention here: a sound, a notice of the system's; choices of this device. */
const KEY = 'zhike.notices'
interface Choices {
  sound: boolean
  notices: boolean
}

export const choices = shallowRef<Choices>(recall())

watch(choices, (now) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(now))
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
})

function recall(): Choices {
  try {
    return { sound: true, notices: false, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Choices>) }
  } catch {
    return { sound: true, notices: false }
  }
}

/** Turns notices of the system's on; the browser asks, which it may only after a click. */
export async function allowNotices(on: boolean): Promise<void> {
  const allowed = on && 'Notification' in window && (await Notification.requestPermission()) === 'granted'
  choices.value = { ...choices.value, notices: allowed }
}

/** How long a call stands for all windows: within it the same one is not made twice, in milliseconds. */
const STANDS = 3_000

/**
 * Calls for attention, once among all windows of this browser: whoever takes the call's lock makes it.
 * `id` names what happened, the same in every window.
 */
export function callFor(id: string, title: string, body: string, sound: 'offer' | 'message', open: () => void): void {
  const call = () => {
    if (choices.value.sound) play(sound)
    if (choices.value.notices && document.visibilityState === 'hidden') show(id, title, body, open)
  }
  if (!navigator.locks) return call()
  void navigator.locks.request(`zhike.call.${id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return
    call()
    await new Promise((resolve) => setTimeout(resolve, STANDS))
  })
}

function show(tag: string, title: string, body: string, open: () => void): void {
  try {
    const notice = new Notification(title, { body, tag, icon: '/icon.svg' })
    notice.addEventListener('click', () => {
      window.focus()
      open()
      notice.close()
    })
  } catch {
    // Some phones take notices from service workers alone.
  }
}

let audio: AudioContext | undefined
const TUNES = { offer: [660, 880, 1100], message: [880] }

/** A few soft tones; a page nobody has touched yet stays silent, as browsers will have it. */
function play(sound: keyof typeof TUNES): void {
  try {
    audio ??= new AudioContext()
    if (audio.state === 'suspended') void audio.resume()
    TUNES[sound].forEach((pitch, at) => {
      const start = audio!.currentTime + at * 0.14
      const tone = audio!.createOscillator()
      const volume = audio!.createGain()
      tone.frequency.value = pitch
      volume.gain.setValueAtTime(0, start)
      volume.gain.linearRampToValueAtTime(0.12, start + 0.015)
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3)
      tone.connect(volume).connect(audio!.destination)
      tone.start(start)
      tone.stop(start + 0.32)
    })
    document.documentElement.dataset.played = String(Number(document.documentElement.dataset.played ?? 0) + 1)
  } catch {
    // No sound on this device.
  }
}
