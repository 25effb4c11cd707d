import { fileURLToPath } from 'node:url'

/**
 * Finds furlong's own `@furlong/host`, for applications whose project does not have it.
 * @returns absolute path of its main file
 */
export function findHostModule(): string {
  return fileURLToPath(import.meta.resolve('@furlong/host'))
}
