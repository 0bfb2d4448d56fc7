import { describe, expect, it } from 'vitest'
import { Speed } from './speed'

describe('typing speed', () => {
  it('counts committed characters over time spent typing, not over pauses', () => {
    const speed = new Speed()
    for (let at = 0; at <= 10_000; at += 1_000) speed.commit(1, at)
    expect(speed.perMinute).toBe(66)
    // A coffee later the speed is what it was.
    speed.commit(1, 600_000)
    expect(speed.perMinute).toBe(72)
  })

  it('says nothing before there is something to say', () => {
    const speed = new Speed()
    speed.commit(5, 0)
    speed.commit(5, 1_000)
    expect(speed.perMinute).toBeUndefined()
  })

  it('forgets what lies more than a minute of typing back', () => {
    const speed = new Speed()
    for (let at = 0; at <= 60_000; at += 1_000) speed.commit(10, at)
    for (let at = 61_000; at <= 121_000; at += 1_000) speed.commit(1, at)
    expect(speed.perMinute).toBeLessThan(75)
  })
})
