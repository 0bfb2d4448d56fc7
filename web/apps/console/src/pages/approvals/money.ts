/** Reads an amount a person typed, in major units, as minor units; null for nothing, undefined for nonsense. */
export function parseMoney(text: string | number | null | undefined): number | null | undefined {
  const plain = String(text ?? '').replaceAll(/[,，¥￥\s]/g, '')
  if (plain === '') return null
  return /^\d{1,12}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : undefined
}
