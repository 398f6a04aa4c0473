/** A key of `when` clauses that is only written when it changes: each writing makes VS Code evaluate its menus. */
export class ManagedContextKey {
  private written: boolean | undefined

  /** @param write `(key, value) => commands.executeCommand('setContext', key, value)` */
  constructor(
    private readonly key: string,
    private readonly write: (key: string, value: boolean) => unknown,
  ) {}

  set(value: boolean): void {
    if (value === this.written) return
    this.written = value
    this.write(this.key, value)
  }
}
