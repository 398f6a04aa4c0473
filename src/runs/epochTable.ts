/** A table's rows in columns of equal length, as they travel to a chart; NaN where an epoch has no such value. */
export type EpochColumns = {
  /** Ascending, counted from 0. */
  readonly epochs: Float64Array
  readonly columns: Readonly<Record<string, Float64Array>>
}

/**
 * What a log says of each epoch, kept as columns: a thousand epochs of twenty values are twenty arrays. An epoch put
 * again replaces what was there, since a resumed run repeats the one it was stopped in.
 */
export class EpochTable {
  private readonly order: number[] = []
  private readonly values = new Map<string, number[]>()

  /** Ascending; epochs that the log lost are missing. */
  get epochs(): readonly number[] {
    return this.order
  }

  get names(): readonly string[] {
    return [...this.values.keys()]
  }

  /** One value an epoch; empty for a name that no epoch had. */
  column(name: string): readonly number[] {
    return this.values.get(name) ?? []
  }

  clear(): void {
    this.order.length = 0
    this.values.clear()
  }

  put(epoch: number, row: Readonly<Record<string, number | null>>): void {
    const at = this.place(epoch)
    for (const [name, value] of Object.entries(row)) {
      let column = this.values.get(name)
      if (!column) {
        column = new Array<number>(this.order.length).fill(Number.NaN)
        this.values.set(name, column)
      }
      column[at] = value ?? Number.NaN
    }
  }

  /** Puts all rows of another table's columns. */
  putAll({ epochs, columns }: EpochColumns): void {
    const entries = Object.entries(columns)
    epochs.forEach((epoch, at) => {
      const row = entries.map(([name, column]) => [name, column[at] ?? Number.NaN] as const)
      this.put(epoch, Object.fromEntries(row))
    })
  }

  /** The rows of some epochs, or of all. */
  rows(wanted?: Iterable<number>): EpochColumns {
    const places = wanted
      ? [...wanted].map((epoch) => this.order.indexOf(epoch)).filter((at) => at >= 0)
      : this.order.map((_, at) => at)
    const take = (column: readonly number[]): Float64Array =>
      Float64Array.from(places, (at) => column[at] ?? Number.NaN)
    return {
      epochs: take(this.order),
      columns: Object.fromEntries([...this.values].map(([name, column]) => [name, take(column)])),
    }
  }

  /** Row of an epoch, made empty where it is new. */
  private place(epoch: number): number {
    const last = this.order.at(-1)
    if (last === undefined || epoch > last) {
      this.order.push(epoch)
      for (const column of this.values.values()) column.push(Number.NaN)
      return this.order.length - 1
    }
    const at = this.order.findIndex((other) => other >= epoch)
    if (this.order[at] === epoch) {
      for (const column of this.values.values()) column[at] = Number.NaN
    } else {
      this.order.splice(at, 0, epoch)
      for (const column of this.values.values()) column.splice(at, 0, Number.NaN)
    }
    return at
  }
}
