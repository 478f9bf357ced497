// Package accounts owns how people come in and what organisations they belong
// to: sign-in by e-mail and password, sign-out everywhere, the switcher, the
// members of an organisation and their roles, and its keys.
//
// It owns no table of its own. People, grants and credentials are kernel tables
// that no party may read; accounts reaches them through the door's functions,
// each of which answers only what its caller may know.
//
// Invariants
//
//   - A wrong address and a wrong password give the same answer in the same
//     time: a password is always hashed, against a dummy when there is none.
//   - Ten wrong tries in fifteen minutes for one account or one address shut
//     both for the rest of those minutes. A refused try is remembered, so the
//     verb answers with a value and not with an error that would undo it.
//   - Passwords are kept as argon2id. At most two are hashed at a time, so that
//     a flood of sign-ins cannot take the memory of the service.
//   - A changed grant or password ends every session and token of that person
//     at their next statement.
//   - Roles never go beyond the ceiling of the organisation's kind, and nobody
//     grants a role in an organisation they do not act for.
//   - The last administrator of an organisation keeps the role.
package accounts
