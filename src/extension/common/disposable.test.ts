import { expect, it } from 'vitest'
import { DisposableList } from './disposable'

it('disposes in reverse order, once', () => {
  const order: number[] = []
  const list = new DisposableList()
  for (const n of [1, 2, 3]) list.track({ dispose: () => order.push(n) })
  list.dispose()
  list.dispose()
  expect(order).toEqual([3, 2, 1])
})

it('disposes late additions at once', () => {
  let disposed = false
  const list = new DisposableList()
  list.dispose()
  list.track({ dispose: () => (disposed = true) })
  expect(disposed).toBe(true)
})
