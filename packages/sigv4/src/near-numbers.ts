const reach = 10
const longestDigits = 15

/**
 * Lists whole numbers near another, to find out whether a number was changed after signing.
 * @param text a value as it was received
 * @returns up to 20 numbers as text, nearest first; none when the text is no plain whole number
 */
export function listNearNumbers(text: string): string[] {
  if (text.length > longestDigits || !/^\d+$/.test(text)) return []
  const number = Number(text)
  const near: string[] = []
  for (let step = 1; step <= reach; step++) {
    if (number >= step) near.push(String(number - step))
    near.push(String(number + step))
  }
  return near
}
