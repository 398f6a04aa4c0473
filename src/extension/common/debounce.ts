/** Runs `action` for a key once its calls have paused for `ms` milliseconds. */
export class Debouncer<K> {
  private readonly timers = new Map<K, NodeJS.Timeout>()

  constructor(private readonly ms: number) {}

  run(key: K, action: () => void): void {
    clearTimeout(this.timers.get(key))
    const timer = setTimeout(() => {
      this.timers.delete(key)
      action()
    }, this.ms)
    this.timers.set(key, timer)
  }

  cancel(key: K): void {
    clearTimeout(this.timers.get(key))
    this.timers.delete(key)
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }
}
