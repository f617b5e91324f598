<?php

/**
 * WordPress's functions that the plugin calls.
 *
 * @package Cartwright
 */

declare(strict_types=1);

/** What the functions below read and write. */
final class WordPress
{
    /** @var array<string, mixed> */
    public static array $options = [];
    /** @var array<string, list<callable>> */
    public static array $hooks = [];
    /** @var list<string> */
    public static array $done = [];
    public static string $home = 'https://store.example';
    public static bool $secure = false;
    /** @var array<string, callable> */
    public static array $shortcodes = [];
    /** @var array<string, array<string, mixed>> */
    public static array $blocks = [];
    /** @var array<string, array{address: string, needs: list<string>}> */
    public static array $scripts = [];
    /** @var array<int, array{array<string, mixed>, array<string, int>}> a network's sites: options and clock; empty for no network */
    public static array $sites = [];
    public static int $site = 1;
    /** @var list<int> */
    public static array $before = [];
    /** @var array<string, array<string, mixed>> */
    public static array $routes = [];
    /** @var (callable(string, array<string, mixed>): mixed)|null */
    public static $remote = null;
    /** @var list<string> */
    public static array $capabilities = [];
    /** @var array<string, int> */
    public static array $scheduled = [];

    public static function reset(): void
    {
        self::$options = [];
        self::$hooks = [];
        self::$done = [];
        self::$home = 'https://store.example';
        self::$secure = false;
        [self::$shortcodes, self::$blocks, self::$scripts] = [[], [], []];
        self::$sites = [];
        self::$site = 1;
        self::$before = [];
        self::$routes = [];
        self::$remote = null;
        self::$capabilities = [];
        self::$scheduled = [];
    }
}

final class WP_Error
{
    /**
     * @param array<string, mixed> $data
     */
    public function __construct(private string $code, private string $message, private array $data = [])
    {
    }

    public function get_error_code(): string
    {
        return $this->code;
    }

    public function get_error_message(): string
    {
        return $this->message;
    }

    /**
     * @return array<string, mixed>
     */
    public function get_error_data(): array
    {
        return $this->data;
    }
}

/** A call of the REST interface: its route's parameters, its query and its body. */
final class WP_REST_Request
{
    /**
     * @param array<string, string> $route
     * @param array<string, string> $query
     * @param array<mixed> $body
     */
    public function __construct(private array $route, private array $query = [], private array $body = [])
    {
    }

    /** @return array<string, string> */
    public function get_url_params(): array
    {
        return $this->route;
    }

    /** @return array<mixed> */
    public function get_json_params(): array
    {
        return $this->body;
    }

    /** The body goes before the query, and that before the route, as in WordPress. */
    public function get_param(string $name): mixed
    {
        return $this->body[$name] ?? $this->query[$name] ?? $this->route[$name] ?? null;
    }
}

final class WP_REST_Response
{
    public function __construct(public mixed $data, public int $status = 200)
    {
    }
}

/**
 * @param array<string, mixed> $about
 */
function register_rest_route(string $namespace, string $route, array $about): bool
{
    WordPress::$routes["/$namespace$route"] = $about;
    return true;
}

function get_option(string $name, mixed $fallback = false): mixed
{
    return WordPress::$options[$name] ?? ($name === 'home' ? WordPress::$home : $fallback);
}

function update_option(string $name, mixed $value, mixed $autoload = null): bool
{
    WordPress::$options[$name] = $value;
    return true;
}

function add_option(string $name, mixed $value, string $deprecated = '', mixed $autoload = null): bool
{
    WordPress::$options[$name] ??= $value;
    return true;
}

function delete_option(string $name): bool
{
    $there = isset(WordPress::$options[$name]);
    unset(WordPress::$options[$name]);
    return $there;
}

function add_action(string $name, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    WordPress::$hooks[$name][] = $callback;
    return true;
}

function add_filter(string $name, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    return add_action($name, $callback, $priority, $arguments);
}

function remove_action(string $name, callable $callback): bool
{
    $others = static fn (callable $one): bool => $one !== $callback;
    WordPress::$hooks[$name] = array_values(array_filter(WordPress::$hooks[$name] ?? [], $others));
    return true;
}

function do_action(string $name, mixed ...$arguments): void
{
    WordPress::$done[] = $name;
    foreach (WordPress::$hooks[$name] ?? [] as $callback) {
        $callback(...$arguments);
    }
}

function apply_filters(string $name, mixed $value, mixed ...$arguments): mixed
{
    foreach (WordPress::$hooks[$name] ?? [] as $callback) {
        $value = $callback($value, ...$arguments);
    }
    return $value;
}

function home_url(string $path = ''): string
{
    return apply_filters('home_url', WordPress::$home . $path);
}

function is_ssl(): bool
{
    return WordPress::$secure;
}

function untrailingslashit(string $text): string
{
    return rtrim($text, '/');
}

function __(string $text, string $domain = ''): string
{
    return $text;
}

function esc_html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function current_user_can(string $capability): bool
{
    return in_array($capability, WordPress::$capabilities, true);
}

function is_wp_error(mixed $thing): bool
{
    return $thing instanceof WP_Error;
}

/**
 * @param array<string, mixed> $arguments
 */
function wp_remote_post(string $url, array $arguments): mixed
{
    return WordPress::$remote === null ? new WP_Error('http', 'no route to host') : (WordPress::$remote)($url, $arguments);
}

function wp_remote_retrieve_response_code(mixed $answer): int
{
    return (int) $answer['status'];
}

function wp_remote_retrieve_body(mixed $answer): string
{
    return (string) $answer['body'];
}

function wp_json_encode(mixed $value, int $flags = 0): string|false
{
    return json_encode($value, $flags);
}

function wp_strip_all_tags(string $html): string
{
    return trim(strip_tags($html));
}

function wp_salt(string $scheme = 'auth'): string
{
    return "salt of $scheme" . ($GLOBALS['salt'] ?? '');
}

function get_bloginfo(string $what): string
{
    return $what === 'version' ? '7.1' : 'A store';
}

function wp_timezone_string(): string
{
    return 'UTC';
}

function wp_next_scheduled(string $hook): int|false
{
    return WordPress::$scheduled[$hook] ?? false;
}

function wp_schedule_event(int $moment, string $recurrence, string $hook): bool
{
    WordPress::$scheduled[$hook] = $moment;
    return true;
}

function wp_schedule_single_event(int $moment, string $hook): bool
{
    WordPress::$scheduled[$hook] = $moment;
    return true;
}

function spawn_cron(): bool
{
    WordPress::$done[] = 'spawn_cron';
    return true;
}

function wp_clear_scheduled_hook(string $hook): void
{
    unset(WordPress::$scheduled[$hook]);
}

function is_multisite(): bool
{
    return WordPress::$sites !== [];
}

/**
 * @param array<string, mixed> $query
 * @return list<int>
 */
function get_sites(array $query): array
{
    return array_keys(WordPress::$sites);
}

/** Options and clock of a site are put away while another is looked at. */
function switch_to_blog(int $site): bool
{
    WordPress::$sites[WordPress::$site] = [WordPress::$options, WordPress::$scheduled];
    WordPress::$before[] = WordPress::$site;
    WordPress::$site = $site;
    [WordPress::$options, WordPress::$scheduled] = WordPress::$sites[$site];
    $GLOBALS['wpdb']->prefix = $site === 1 ? 'wp_' : "wp_{$site}_";
    return true;
}

function restore_current_blog(): bool
{
    $site = (int) array_pop(WordPress::$before);
    switch_to_blog($site);
    array_pop(WordPress::$before);
    return true;
}

function get_current_blog_id(): int
{
    return WordPress::$site;
}

function get_transient(string $name): mixed
{
    return WordPress::$options["_transient_$name"] ?? false;
}

function set_transient(string $name, mixed $value, int $seconds = 0): bool
{
    WordPress::$options["_transient_$name"] = $value;
    return true;
}

function delete_transient(string $name): bool
{
    return delete_option("_transient_$name");
}

function add_shortcode(string $name, callable $html): void
{
    WordPress::$shortcodes[$name] = $html;
}

/**
 * @param array<string, mixed> $about
 */
function register_block_type(string $name, array $about): void
{
    WordPress::$blocks[$name] = $about;
}

/**
 * @param list<string> $needs
 */
function wp_register_script(string $name, string $address, array $needs, string $version, bool $inFooter): bool
{
    WordPress::$scripts[$name] = ['address' => $address, 'needs' => $needs];
    return true;
}

function plugins_url(string $path, string $file): string
{
    return WordPress::$home . '/wp-content/plugins/cartwright/' . $path;
}
