import { AwsError } from '@furlong/aws'
import { describe, expect, it } from 'vitest'
import { CliError, type CliErrorCode } from '../errors.ts'
import { advice } from './advice.ts'
import { describeError, renderError } from './error.ts'

describe('describeError()', () => {
  it('says what to try for every code, in the error’s own words when it has some', () => {
    for (const [code, says] of Object.entries(advice)) {
      const error = Object.assign(new Error('It failed.'), { name: 'LocalError', code })
      expect(describeError(error).data).toMatchObject({ code, message: 'It failed.', try: says })
      expect(says).not.toMatch(/\.$|^$/)
    }
    const own = new AwsError('TimedOut', 'It took too long.', { tryThis: 'again' })
    expect(describeError(own).data).toMatchObject({ code: 'TimedOut', title: 'Timed out', try: 'again' })
  })

  it.each<CliErrorCode>([
    'unreadable-file',
    'unwritable-file',
    'program-not-found',
    'program-not-run',
    'side-refused',
  ])('says what to try for %s', (code) => {
    const lines = renderError(describeError(new CliError(code)), (_style, text) => text)
    expect(lines.at(-1)).toMatch(/^ {2}Try: \S/)
  })

  it('ends with 130 for what was interrupted', () => {
    expect(describeError(new AwsError('Interrupted', 'Stopped.')).exitCode).toBe(130)
  })
})
