export type Disposable = { dispose(): unknown }

/** Owns disposables; what is added after the end is disposed at once, so nothing outlives its owner. */
export class DisposableList implements Disposable {
  private readonly items: Disposable[] = []
  private disposed = false

  track<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose()
    else this.items.push(item)
    return item
  }

  /** Disposes in reverse order of adding; a second call does nothing. */
  dispose(): void {
    this.disposed = true
    for (let item = this.items.pop(); item; item = this.items.pop()) item.dispose()
  }
}
