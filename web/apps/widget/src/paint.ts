/** Relative luminance of `#rrggbb`, as WCAG has it. */
export function luminance(hex: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

const ratio = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)

/** What is readable on a colour: white or ink. */
export const onColour = (hex: string): string => (ratio(luminance(hex), 1) >= 4.5 ? '#ffffff' : '#0b1a19')

/** The colour moved towards black or white until text in it is readable on `ground`. */
export function readable(hex: string, ground: string): string {
  const target = luminance(ground) > 0.4 ? 0 : 255
  let colour = hex
  for (let step = 0; step < 24 && ratio(luminance(colour), luminance(ground)) < 4.6; step += 1) {
    const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    colour = `#${parts.map((value) => Math.round(value + (target - value) * 0.1).toString(16).padStart(2, '0')).join('')}`
  }
  return colour
}
