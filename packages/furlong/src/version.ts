import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @returns the version of this package, from its package.json */
export function readVersion(): string {
  const file = fileURLToPath(import.meta.resolve('#package.json'))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
