// Package mail hands single messages to a mail server. It keeps nothing and
// repeats nothing: what is to be sent, and when to try again, is decided by
// whoever keeps the outgoing mail, from what Permanent says about an error.
//
// The server is named by a URL:
//
//	smtp://user:password@mail.example.nhs.uk:587?tls=starttls
//
// tls is starttls (the default), implicit (also written smtps://) or none. The
// ports are 587, 465 and 25 where none is given. ca names a file of certificates
// to trust besides those of the system. A password is never sent over an open
// connection, except to this machine.
package mail
