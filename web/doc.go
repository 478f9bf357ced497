// Package web is the registry of pages: one call mounts a page, names its
// permission and enters it in the list from which the permission matrix, the
// probe for foreign ids and the accessibility run are made. Nothing else mounts
// a page.
//
// A page takes the same way as an operation of the API: the session becomes a
// caller, the caller's permission is checked, the input is decoded, and the
// handler runs in the party's unit of work. The path says which party:
//
//	/e/{org}   employer: trust or hub      /me        the worker themselves
//	/a/{org}   agency                      /platform  platform staff
//	/p/{org}   GP practice                 others     nobody in particular
//
// Every page is plain HTML: links, forms and a redirect after each act. A form
// carries two hidden fields: _csrf, tied to the session, and _key, which makes
// a second click of the same button the same act.
package web
