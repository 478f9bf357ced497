package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is a real mail server on this machine that keeps what it is given.
type post struct {
	mu       sync.Mutex
	got      []taken
	address  string
	certs    string // file
	password string // asked for when not empty
	refuse   error  // the answer to RCPT
	slow     chan struct{}
}

type taken struct {
	from, to, body string
	encrypted      bool
	user           string
}

type session struct {
	post *post
	conn *smtp.Conn
	mail taken
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != s.post.password {
			return smtp.ErrAuthFailed
		}
		s.mail.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.post.password != "" && s.mail.user == "" {
		return smtp.ErrAuthRequired
	}
	_, s.mail.encrypted = s.conn.TLSConnectionState()
	s.mail.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.to = to
	return s.post.refuse
}

func (s *session) Data(r io.Reader) error {
	if s.post.slow != nil {
		<-s.post.slow
	}
	b, err := io.ReadAll(r)
	s.mail.body = string(b)
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.got = append(s.post.got, s.mail)
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// mails gives the mails so far.
func (p *post) mails() []taken {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// serve starts the server, encrypted from the first byte or when asked.
func serve(t *testing.T, p *post, implicit bool) *post {
	t.Helper()
	cert := p.certify(t)
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{post: p, conn: c}, nil }))
	srv.Domain, srv.AllowInsecureAuth = "localhost", true
	srv.ErrorLog = quiet{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = l.Addr().String()
	conf := &tls.Config{Certificates: []tls.Certificate{cert}}
	if implicit {
		l = tls.NewListener(l, conf)
	} else {
		srv.TLSConfig = conf
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // ends with the test
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (p *post) certify(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	p.certs = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(p.certs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func sender(t *testing.T, url string) Sender {
	t.Helper()
	s, err := NewSMTP(url, "Wardbridge <no-reply@wardbridge.example>")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var hello = Message{ID: "outbox-17", To: "Zoë Oak <zoe@trust.example>", Subject: "Shift on 24 November: £21.37 an hour", Text: "Bonjour Zoë\n.\nend", HTML: "<p>Bonjour Zoë</p>"}

func TestSend_deliversOverEveryKindOfLine(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, login, query string
		implicit           bool
	}{
		{"starttls", "ward:s3cret%2F@", "?ca=", false},
		{"implicit", "ward:s3cret%2F@", "?tls=implicit&ca=", true},
		{"open on this machine, with a password", "ward:s3cret%2F@", "?tls=none&ca=", false},
		{"open without one", "", "?tls=none&ca=", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &post{}
			if c.login != "" {
				p.password = "s3cret/"
			}
			serve(t, p, c.implicit)

			err := sender(t, "smtp://"+c.login+p.address+c.query+p.certs).Send(t.Context(), hello)

			mails := p.mails()
			if err != nil || len(mails) != 1 {
				t.Fatalf("%d mails, %v", len(mails), err)
			}
			got := mails[0]
			if got.from != "no-reply@wardbridge.example" || got.to != "zoe@trust.example" || got.encrypted == strings.Contains(c.query, "none") {
				t.Errorf("got %+v", got)
			}
			checkBody(t, got.body)
		})
	}
}

func checkBody(t *testing.T, body string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != hello.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if id, auto := m.Header.Get("Message-ID"), m.Header.Get("Auto-Submitted"); id != "<outbox-17@wardbridge.example>" || auto != "auto-generated" {
		t.Errorf("id %q, auto-submitted %q", id, auto)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{"Bonjour Zoë\r\n.\r\nend", "<p>Bonjour Zoë</p>"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) != strings.ReplaceAll(want, "\r\n", "\n") {
			t.Errorf("part %q, want %q (%v)", text, want, err)
		}
	}
}

func TestSend_tellsWhatIsWorthAnotherTry(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		refuse    error
		login     string
		permanent bool
		code      int
	}{
		{"an unknown person", &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}, "", true, 550},
		{"a full box", &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "box full"}, "", false, 452},
		{"a password that is no longer right", nil, "ward:wrong@", false, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, &post{refuse: c.refuse, password: strings.TrimSuffix(c.login, "wrong@")}, false)

			err := sender(t, "smtp://"+c.login+p.address+"?ca="+p.certs).Send(t.Context(), hello)

			var e *Error
			if !errors.As(err, &e) || e.Permanent != c.permanent || e.Code != c.code || Permanent(err) != c.permanent {
				t.Errorf("got %v (%+v)", err, e)
			}
			if err != nil && strings.Contains(err.Error(), "wrong") {
				t.Errorf("the password is in %q", err)
			}
		})
	}
}

func TestSend_triesAgainWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	err = sender(t, "smtp://"+address+"?tls=none").Send(t.Context(), hello)

	if err == nil || Permanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestSend_refusesACertificateItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{true, false} {
		p := serve(t, &post{}, implicit)
		url := "smtp://" + p.address
		if implicit {
			url = "smtps://" + p.address
		}

		err := sender(t, url).Send(t.Context(), hello)

		var unknown x509.UnknownAuthorityError
		if !errors.As(err, &unknown) || Permanent(err) || len(p.mails()) != 0 {
			t.Errorf("got %v, %d mails", err, len(p.mails()))
		}
	}
}

func TestSend_stopsWithItsContext(t *testing.T) {
	t.Parallel()
	p := serve(t, &post{slow: make(chan struct{})}, false)
	defer close(p.slow)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()

	err := sender(t, "smtp://"+p.address+"?tls=none").Send(ctx, hello)

	if !errors.Is(err, context.DeadlineExceeded) || Permanent(err) || time.Since(begun) > 10*time.Second {
		t.Errorf("got %v after %v", err, time.Since(begun))
	}
}

func TestSend_refusesMessagesNoServerShouldSee(t *testing.T) {
	t.Parallel()
	s := sender(t, "smtp://127.0.0.1:1?tls=none")
	for name, change := range map[string]func(*Message){
		"a second heading":  func(m *Message) { m.Subject = "x\r\nBcc: all@example.org" },
		"a second receiver": func(m *Message) { m.To = "a@b.example, c@d.example" },
		"no receiver":       func(m *Message) { m.To = "" },
		"no text":           func(m *Message) { m.Text = " " },
		"no subject":        func(m *Message) { m.Subject = "" },
		"an odd id":         func(m *Message) { m.ID = "a>b" },
	} {
		m := hello
		change(&m)
		if err := s.Send(t.Context(), m); !Permanent(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNewSMTP_refusesWhatWouldNotBeSafe(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtp://u:hunter2@mail.example?tls=none", "smtp://u:hunter2@mail.example?tls=maybe",
		"smtp://u:hunter2@mail.example:0", "smtp://u:hunter2@mail.example?tsl=none", "smtp://u:hunter2@mail.example?ca=/no/such/file", "smtp://u:hunter2@%zz"} {
		_, err := NewSMTP(url, "a@b.example")
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", url, err)
		}
	}
	if _, err := NewSMTP("smtp://mail.example", "nobody"); err == nil {
		t.Error("a sender without an address was taken")
	}
	for url, want := range map[string]int{"smtp://m.example": 587, "smtps://m.example": 465, "smtp://m.example?tls=none": 25, "smtp://m.example:2525": 2525} {
		if s, err := NewSMTP(url, "a@b.example"); err != nil || s.port != want {
			t.Errorf("%s: got %+v, %v", url, s, err)
		}
	}
}
