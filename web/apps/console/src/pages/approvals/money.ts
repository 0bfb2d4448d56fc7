/** Reads an amount a person typed. Money comes in major units and is kept in minor ones, points are whole. Null for nothing, undefined for nonsense. */
export function parseAmount(text: string | number | null | undefined, money: boolean): number | null | undefined {
  const plain = String(text ?? '').replaceAll(/[,，¥￥\s]/g, '')
  if (plain === '') return null
  if (!(money ? /^\d{1,12}(\.\d{1,2})?$/ : /^\d{1,12}$/).test(plain)) return undefined
  return money ? Math.round(Number(plain) * 100) : Number(plain)
}

/** The text of an amount in a field, as `parseAmount` reads it. */
export const amountText = (amount: number, money: boolean): string => String(money ? amount / 100 : amount)
