import { describe, expect, it } from 'vitest'
import { findRoute } from './routing.ts'

const id = 'abcdefghijklmnopqrstuvwxyz012345'
const route = (host: string, target: string, portUrlId?: string) => findRoute({ host, target, portUrlId })

describe('findRoute()', () => {
  it.each([
    [`${id}.lambda-url.eu-west-1.localhost:9311`, '/a?b=c', 'eu-west-1'],
    [`${id}.lambda-url.us-east-1.on.aws`, '/', 'us-east-1'],
    [`${id.toUpperCase()}.LAMBDA-URL.us-east-1.on.aws`, '/', 'us-east-1'],
  ])('takes %s for a function URL', (host, target, region) => {
    expect(route(host, target)).toEqual({ kind: 'function-url', urlId: id, region, eventTarget: target })
  })

  it.each(['127.0.0.1:20000', '127.0.0.1', 'localhost:20000', '[::1]:20000'])(
    'takes the port for its URL when the Host is %s',
    (host) => expect(route(host, '/x', id)).toEqual({ kind: 'function-url', urlId: id, eventTarget: '/x' }),
  )

  it.each(['evil.example', '127.0.0.1.evil.example', '', `${'z'.repeat(32)}.lambda-url.us-east-1.on.aws`])(
    'knows no URL on its port when the Host is %s',
    (host) => expect(route(host, '/x', id)).toMatchObject({ kind: 'function-url', urlId: '' }),
  )

  it('takes the own host on the own port', () => {
    const host = `${id}.lambda-url.us-east-1.on.aws`
    expect(route(host, '/x', id)).toMatchObject({ urlId: id, region: 'us-east-1' })
  })

  it.each([
    [`http://127.0.0.1:9311/_url/${id}/book?page=5`, '/book?page=5'],
    [`http://127.0.0.1:9311/_url/${id}`, '/'],
  ])('reads the absolute form %s', (target, eventTarget) => {
    expect(route('127.0.0.1:9311', target)).toEqual({ kind: 'function-url', urlId: id, eventTarget })
  })

  it.each([
    [`/_url/${id}/book?page=5`, '/book?page=5'],
    [`/_url/${id}`, '/'],
    [`/_url/${id}?page=5`, '/?page=5'],
    [`/_url/${id}//evil`, '//evil'],
  ])('drops the local prefix of %s for the event', (target, eventTarget) => {
    expect(route('127.0.0.1:9311', target)).toEqual({ kind: 'function-url', urlId: id, eventTarget })
  })

  it('tells the own API from the control plane', () => {
    expect(route('127.0.0.1:9311', '/_furlong/status').kind).toBe('own-api')
    expect(route('127.0.0.1:9311', '/_furlongs').kind).toBe('control-plane')
    expect(route('127.0.0.1:9311', '/2015-03-31/functions').kind).toBe('control-plane')
  })
})
