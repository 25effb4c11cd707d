import { AwsError } from '@furlong/aws'
import { FetchError } from '@furlong/fetch'
import { describe, expect, it } from 'vitest'
import { catalogue, CliError, type CliErrorCode } from '../errors.ts'
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

  it.each(Object.keys(catalogue) as CliErrorCode[])(
    'says what to try for %s, also where nothing is known of it',
    (code) => {
      const lines = renderError(describeError(new CliError(code)), (_style, text) => text)
      expect(lines.at(-1)).toMatch(/^ {2}Try: \S/)
      expect(catalogue[code].means).toMatch(/^\S.*\.$/)
      expect(catalogue[code].tryThis({})).not.toMatch(/\.$/)
    },
  )

  it('says what to try for what it does not know, and where it happened', () => {
    const lines = renderError(describeError(new TypeError('x is no function')), (_style, text) => text)
    expect(lines[0]).toBe('furlong: Unexpected error [unexpected]')
    expect(lines.slice(1, 3)).toEqual(['  x is no function', expect.stringMatching(/^ {2}Try: \S/)])
    expect(lines[3]).toContain('error.test.ts')
    expect(describeError('thrown as a text').data.message).toBe('thrown as a text')
  })

  it('knows a call that took too long by its code, whatever its name', () => {
    expect(describeError(new FetchError('TimedOut', 'No answer within 5 ms.')).data.code).toBe('TimedOut')
  })

  it('hides what is secret in sentence, advice and stack', () => {
    const secret = 'IQoJb3JpZ2luX2VjEXAMPLE'
    const error = new TypeError(
      `http://ada:${secret}@127.0.0.1/?X-Amz-Security-Token=${secret}\nx-amz-security-token:${secret}`,
    )
    const described = describeError(error)
    expect(described.stack).toContain('X-Amz-Security-Token=***')
    expect(JSON.stringify(described)).not.toContain(secret)
    const own = new AwsError('TimedOut', 'It took too long.', {
      tryThis: `curl http://ada:${secret}@127.0.0.1/`,
    })
    expect(describeError(own).data.try).toBe('curl http://ada:***@127.0.0.1/')
  })

  it('ends with 130 for what was interrupted', () => {
    expect(describeError(new AwsError('Interrupted', 'Stopped.')).exitCode).toBe(130)
  })
})
