package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP sends over one server, with a new connection for every message. It may
// be used by several goroutines at once.
type SMTP struct {
	host     string
	port     int
	user     string
	password string
	security security
	trust    *tls.Config
	from     string
	timeout  time.Duration
}

type security string

const (
	startTLS security = "starttls"
	implicit security = "implicit"
	open     security = "none"
)

// timeoutMax bounds one message from the dialling to the server's last answer.
const timeoutMax = 30 * time.Second

// NewSMTP reads a server's URL, described at the package, and the address that
// all mail comes from. It does not connect. Its errors never repeat the URL,
// which holds a password.
func NewSMTP(server, from string) (*SMTP, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("the mail server's address cannot be read; it looks like smtp://user:password@host:587")
	}
	if _, err := netmail.ParseAddress(from); err != nil {
		return nil, fmt.Errorf("the sender %q is no mail address", from)
	}
	s := &SMTP{host: u.Hostname(), from: from, timeout: timeoutMax, user: u.User.Username()}
	s.password, _ = u.User.Password()
	if s.host == "" {
		return nil, errors.New("the mail server's address names no host")
	}
	if err := s.secure(u); err != nil {
		return nil, err
	}
	s.port = map[security]int{startTLS: 587, implicit: 465, open: 25}[s.security]
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("the mail server's port is no port")
		}
	}
	return s, nil
}

func (s *SMTP) secure(u *url.URL) error {
	q := u.Query()
	s.security = security(q.Get("tls"))
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return errors.New("the mail server's address begins with smtp:// or smtps://")
	case s.security == "" && u.Scheme == "smtps":
		s.security = implicit
	case s.security == "":
		s.security = startTLS
	case s.security != startTLS && s.security != implicit && s.security != open:
		return fmt.Errorf("tls=%s is not known; it is starttls, implicit or none", s.security)
	}
	for key := range q {
		if key != "tls" && key != "ca" {
			return fmt.Errorf("the mail server's address has the unknown setting %q", key)
		}
	}
	if s.security == open && s.user != "" && !local(s.host) {
		return errors.New("the mail server's password would be sent in the open; use tls=starttls or tls=implicit")
	}
	s.trust = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if file := q.Get("ca"); file != "" {
		return s.trustFile(file)
	}
	return nil
}

func (s *SMTP) trustFile(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("certificates for mail: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any still has the file
	}
	if !pool.AppendCertsFromPEM(pem) {
		return fmt.Errorf("certificates for mail: there are none in %s", file)
	}
	s.trust.RootCAs = pool
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Send hands the message over and waits for the server's word. It stops at the
// end of ctx and after 30 seconds at most. Only a refusal of the message itself
// is permanent: a server that is away, or that no longer takes our password, will
// be mended, and the mail should not be lost over it.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return &Error{Permanent: true, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	line := &line{smtp: s}
	client, err := s.client(line)
	if err != nil {
		return &Error{Err: err}
	}
	defer line.hangUp()
	defer context.AfterFunc(ctx, line.hangUp)()
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil // what fails after the server took it must not send it twice
	}
	if ctx.Err() != nil {
		return &Error{Err: errors.Join(ctx.Err(), err)}
	}
	return classify(err)
}

func (s *SMTP) compose(m Message) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(s.from), msg.To(m.To)); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	if m.ID != "" {
		msg.SetMessageIDWithValue(m.ID + "@" + s.domain())
	} else {
		msg.SetMessageID()
	}
	// Keeps out-of-office replies away from an address nobody reads.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// domain is that of the sender; NewSMTP has read the address before.
func (s *SMTP) domain() string {
	a, err := netmail.ParseAddress(s.from)
	if err != nil {
		return s.host
	}
	for i := len(a.Address) - 1; i >= 0; i-- {
		if a.Address[i] == '@' {
			return a.Address[i+1:]
		}
	}
	return s.host
}

func (s *SMTP) client(l *line) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.timeout), gomail.WithTLSConfig(s.trust),
		gomail.WithDialContextFunc(l.dial), gomail.WithoutNoop(),
	}
	switch s.security {
	case startTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case implicit: // the line is encrypted when it is handed over; nothing is left to ask for
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case open:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.user != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.security == open {
			auth = gomail.SMTPAuthPlain // NewSMTP has made sure that it is this machine
		}
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password), gomail.WithSMTPAuth(auth))
	}
	return gomail.NewClient(s.host, options...)
}

// line is the connection of one message. go-mail leaves it open when greeting,
// encryption or password fail, and does not look at the context once connected.
type line struct {
	smtp *SMTP
	mu   sync.Mutex
	conn net.Conn
	down bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.conn = conn
	down := l.down
	l.mu.Unlock()
	if down {
		return nil, errors.Join(context.Canceled, conn.Close())
	}
	if l.smtp.security != implicit {
		return conn, nil
	}
	secure := tls.Client(conn, l.smtp.trust)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	if l.conn != nil {
		_ = l.conn.Close() // mostly closed already; there is nobody to tell
	}
}

func classify(err error) *Error {
	var refused *gomail.SendError
	if !errors.As(err, &refused) {
		return &Error{Err: err}
	}
	code := refused.ErrorCode()
	return &Error{Permanent: code >= 500 && code < 600, Code: code, Err: err}
}
