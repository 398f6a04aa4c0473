import { expect, it, vi } from 'vitest'
import { TorchVersions } from './torchVersions'

vi.mock('vscode', () => ({
  EventEmitter: class {
    readonly listeners: (() => void)[] = []
    readonly event = (listener: () => void) => this.listeners.push(listener)
    readonly fire = () => {
      for (const listener of this.listeners) listener()
    }
    readonly dispose = () => undefined
  },
}))

it('tells of another torch, of none, and not of the same', () => {
  const versions = new TorchVersions()
  const seen: (string | undefined)[] = []
  versions.onDidChange(() => seen.push(versions.of('/a')))
  for (const version of ['2.6.0', '2.6.0', '2.1.0', undefined, undefined]) {
    versions.keep('/a', version)
  }
  expect(seen).toEqual(['2.6.0', '2.1.0', undefined])
  expect(versions.of('/b')).toBeUndefined()
})
