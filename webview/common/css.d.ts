/** Style sheets that a page imports for its bundle. */
declare module '*.css'
