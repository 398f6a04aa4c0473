declare const __VERSION__: string

/** package.json's version, put in by the bundler. */
export const slimVersion: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source'
