/**
 * What a package carries of native code, by target of VS Code: which of sharp's builds npm picks, the packages that these
 * are, and Dawn's files of the package `webgpu`. The universal one runs anywhere: it has sharp's WebAssembly build and no
 * Dawn.
 */
export const targets = {
  universal: { npm: { cpu: 'wasm32' }, sharp: ['@img/sharp-wasm32'], dawn: [] },
  'linux-x64': {
    npm: { os: 'linux', cpu: 'x64', libc: 'glibc' },
    sharp: ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64'],
    dawn: ['linux-x64.dawn.node'],
  },
  'linux-arm64': {
    npm: { os: 'linux', cpu: 'arm64', libc: 'glibc' },
    sharp: ['@img/sharp-linux-arm64', '@img/sharp-libvips-linux-arm64'],
    dawn: ['linux-arm64.dawn.node'],
  },
  'darwin-arm64': {
    npm: { os: 'darwin', cpu: 'arm64' },
    sharp: ['@img/sharp-darwin-arm64', '@img/sharp-libvips-darwin-arm64'],
    dawn: ['darwin-universal.dawn.node'],
  },
  'win32-x64': {
    npm: { os: 'win32', cpu: 'x64' },
    // It has libvips in it.
    sharp: ['@img/sharp-win32-x64'],
    // Dawn compiles its shaders with it.
    dawn: ['win32-x64.dawn.node', 'd3dcompiler_47.dll'],
  },
}
