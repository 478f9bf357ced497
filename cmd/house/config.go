package house

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Config is what the environment says. Everything has a working default.
type Config struct {
	Addr        string // WARDBRIDGE_ADDR
	Data        string // WARDBRIDGE_DATA
	DatabaseURL string
	OwnerURL    string
	PlatformURL string
	QueueURL    string
	PGBin       string
	MaxConns    int32
	Workers     int
	Proxies     []string // WARDBRIDGE_TRUSTED_PROXIES
	MailURL     string
	MailFrom    string
	LogLevel    slog.Level
}

// variable is one line of the configuration, with its own check.
type variable struct {
	name, words string
	set         func(*Config, string) error
}

func text(to func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error { *to(c) = v; return nil }
}

func postgresURL(to func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if u, err := url.Parse(v); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return fmt.Errorf("is not a postgres:// address")
		}
		*to(c) = v
		return nil
	}
}

func number(low, high int, to func(*Config, int)) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("is %q; give a whole number from %d to %d", v, low, high)
		}
		to(c, n)
		return nil
	}
}

var variables = []variable{
	{"WARDBRIDGE_ADDR", "host:port to listen on; unset: 127.0.0.1:8080 or the next free port", func(c *Config, v string) error {
		if _, _, err := net.SplitHostPort(v); err != nil {
			return fmt.Errorf("is %q; give host:port, such as 127.0.0.1:8080", v)
		}
		c.Addr = v
		return nil
	}},
	{"WARDBRIDGE_DATA", "folder of the private database and demo.json; unset: .wardbridge", text(func(c *Config) *string { return &c.Data })},
	{"DATABASE_URL", "Postgres as the log-in wb_app; unset: a private cluster", postgresURL(func(c *Config) *string { return &c.DatabaseURL })},
	{"WARDBRIDGE_OWNER_URL", "Postgres as the log-in wb_owner, for migrate", postgresURL(func(c *Config) *string { return &c.OwnerURL })},
	{"WARDBRIDGE_PLATFORM_URL", "Postgres as the log-in wb_platform", postgresURL(func(c *Config) *string { return &c.PlatformURL })},
	{"WARDBRIDGE_QUEUE_URL", "Postgres as the log-in wb_river, direct (LISTEN)", postgresURL(func(c *Config) *string { return &c.QueueURL })},
	{"WARDBRIDGE_PG_BIN", "folder of Postgres binaries for the private cluster", text(func(c *Config) *string { return &c.PGBin })},
	{"WARDBRIDGE_CONNECTIONS", "connections of the app log-in; unset: 16", number(2, 500, func(c *Config, n int) { c.MaxConns = int32(n) })},
	{"WARDBRIDGE_WORKERS", "jobs at a time; unset: 8", number(1, 200, func(c *Config, n int) { c.Workers = n })},
	{"WARDBRIDGE_TRUSTED_PROXIES", "addresses or networks of the proxies whose X-Forwarded-For is believed, with commas between; unset: none", func(c *Config, v string) error {
		for _, p := range strings.Split(v, ",") {
			p = strings.TrimSpace(p)
			if _, _, err := net.ParseCIDR(p); err != nil && net.ParseIP(p) == nil {
				return fmt.Errorf("has %q; give addresses or networks, such as 10.0.0.0/8", p)
			}
			c.Proxies = append(c.Proxies, p)
		}
		return nil
	}},
	{"WARDBRIDGE_MAIL_URL", "smtp://user:password@host:port; unset: mails stay in the outbox", text(func(c *Config) *string { return &c.MailURL })},
	{"WARDBRIDGE_MAIL_FROM", "sender of mails", text(func(c *Config) *string { return &c.MailFrom })},
	{"WARDBRIDGE_LOG", "debug, info, warn or error; unset: info", func(c *Config, v string) error {
		if err := c.LogLevel.UnmarshalText([]byte(v)); err != nil {
			return fmt.Errorf("is %q; give debug, info, warn or error", v)
		}
		return nil
	}},
}

func Variables() []string {
	words := make([]string, len(variables))
	for i, v := range variables {
		words[i] = fmt.Sprintf("  %-24s %s", v.name, v.words)
	}
	return words
}

// ReadConfig checks every variable and names the one that is wrong.
func ReadConfig(getenv func(string) string) (Config, error) {
	c := Config{Data: ".wardbridge", MaxConns: 16, Workers: 8, MailFrom: "no-reply@wardbridge.example"}
	for _, v := range variables {
		value := strings.TrimSpace(getenv(v.name))
		if value == "" {
			continue
		}
		if err := v.set(&c, value); err != nil {
			return c, fmt.Errorf("%s %w", v.name, err)
		}
	}
	if c.DatabaseURL != "" && c.PlatformURL == "" {
		return c, fmt.Errorf("WARDBRIDGE_PLATFORM_URL is needed beside DATABASE_URL: the log-in wb_platform of the same database")
	}
	if c.DatabaseURL != "" && c.QueueURL == "" {
		return c, fmt.Errorf("WARDBRIDGE_QUEUE_URL is needed beside DATABASE_URL: the log-in wb_river of the same database")
	}
	var err error
	c.Data, err = filepath.Abs(c.Data)
	return c, err
}

func (c Config) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
}
