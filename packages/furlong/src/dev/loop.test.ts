import type { LiveFunction, SwapOutcome } from '@furlong/local'
import { describe, expect, it, vi } from 'vitest'
import { DevLoop } from './loop.ts'
import type { DevTeller } from './tell.ts'

/** A loop whose swaps end when they are told to. */
function createLoop() {
  const swaps: ((outcome: SwapOutcome) => void)[] = []
  const told: string[] = []
  let isHeld = false
  const release = (): void => {
    isHeld = false
    told.push('release')
  }
  const live: Pick<LiveFunction, 'hold' | 'release' | 'fail' | 'swap'> = {
    hold: () => (isHeld = true),
    release,
    fail: release,
    swap: async (_code, isLatest = () => true) => {
      const outcome = await new Promise<SwapOutcome>((done) => swaps.push(done))
      if (outcome.kind !== 'superseded' && isLatest()) release()
      return outcome
    },
  }
  const teller = {
    updated: (paths: readonly string[]) => told.push(`updated ${paths.join(' ')}`),
    failed: () => told.push('failed'),
  } as unknown as DevTeller
  return { loop: new DevLoop(live as LiveFunction, {}, teller), swaps, told, isHeld: () => isHeld }
}

const ready: SwapOutcome = { kind: 'ready', modules: [] }

/** Code was made of all that was saved. */
function swap(loop: DevLoop): Promise<unknown> {
  loop.begin()
  return loop.swap()
}

describe('DevLoop', () => {
  it('tells each save once its own code is there, and lets calls wait for the last', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    swaps[0]?.(ready)
    await first
    expect(told).toEqual(['updated a'])
    const second = swap(loop)
    swaps[1]?.(ready)
    await second
    expect(told).toEqual(['updated a', 'release', 'updated b'])
  })

  it('waits for code that was made while the code before came', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    loop.begin()
    swaps[0]?.(ready)
    await first
    expect(told).toEqual(['updated a'])
    const second = loop.swap()
    swaps[1]?.(ready)
    await second
    expect(told).toEqual(['updated a', 'release', 'updated b'])
  })

  it('tells code that was superseded with what superseded it', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const first = swap(loop)
    loop.changed(['b'])
    const second = swap(loop)
    swaps[1]?.(ready)
    await second
    swaps[0]?.({ kind: 'superseded' })
    await first
    expect(told).toEqual(['release', 'updated a b'])
  })

  it('lets calls wait for a save that came while the one before it failed', async () => {
    const { loop, swaps, told, isHeld } = createLoop()
    loop.changed(['a'])
    const loading = swap(loop)
    loop.changed(['b'])
    swaps[0]?.({ kind: 'failed', failure: { message: 'does not load' } })
    await loading
    expect(isHeld()).toBe(true)
    const stored = Promise.withResolvers<void>()
    const storing = loop.store(() => stored.promise)
    loop.changed(['c'])
    stored.reject(new Error('No such function.'))
    expect(await storing).toBe(false)
    expect(isHeld()).toBe(true)
    expect(await loop.store(async () => {})).toBe(true)
    swaps[1]?.(ready)
    await vi.waitFor(() => expect(told.at(-1)).toBe('updated c'))
    expect(isHeld()).toBe(false)
    expect(told.filter((what) => what !== 'release')).toEqual(['failed', 'failed', 'updated c'])
  })

  it('lets calls go on when what a failed save came after is back', async () => {
    const { loop, swaps, told, isHeld } = createLoop()
    loop.changed(['a'])
    expect(await loop.store(() => Promise.reject(new Error('No such function.')))).toBe(false)
    expect(isHeld()).toBe(false)
    loop.changed(['a'])
    loop.same()
    expect(isHeld()).toBe(true)
    swaps[0]?.(ready)
    await vi.waitFor(() => expect(told.at(-1)).toBe('updated a'))
    expect(isHeld()).toBe(false)
  })

  it('takes nothing from code that is on its way for a save that changed nothing', async () => {
    const { loop, swaps, told } = createLoop()
    loop.changed(['a'])
    const coming = swap(loop)
    loop.changed(['a'])
    loop.same()
    expect(told).toEqual([])
    swaps[0]?.(ready)
    await coming
    expect(told).toEqual(['release', 'updated a'])
    loop.changed(['a'])
    loop.same()
    expect(told).toEqual(['release', 'updated a', 'release'])
  })
})
