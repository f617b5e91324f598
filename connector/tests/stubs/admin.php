<?php

/**
 * WordPress's users, roles and menus, and WP-CLI.
 *
 * @package Cartwright
 */

declare(strict_types=1);

/** What the functions below read and write. */
final class Admin
{
    /** @var array<string, WP_Role> */
    public static array $roles = [];
    public static WP_User $user;
    /** @var array<int, WP_User> */
    public static array $users = [];
    /** @var list<array{string, string, string}> parent, slug, capability */
    public static array $menu = [];

    public static function reset(): void
    {
        self::$roles = ['administrator' => new WP_Role(), 'editor' => new WP_Role()];
        self::$user = new WP_User();
        self::$users = [];
        self::$menu = [];
        WP_CLI::$commands = [];
        WP_CLI::$ended = null;
        WP_CLI::$quiet = false;
    }
}

final class WP_Role
{
    /** @var array<string, bool> */
    public array $capabilities = [];

    public function add_cap(string $name): void
    {
        $this->capabilities[$name] = true;
    }

    public function remove_cap(string $name): void
    {
        unset($this->capabilities[$name]);
    }
}

final class WP_User
{
    public int $ID = 0;
    public string $user_login = '';
    public string $user_email = '';
    public string $display_name = '';
    /** @var list<string> */
    public array $can = [];
    /** @var list<string> */
    public array $roles = [];

    public function exists(): bool
    {
        return $this->ID > 0;
    }
}

final class WP_CLI
{
    /** @var array<string, callable> */
    public static array $commands = [];
    public static ?int $ended = null;
    public static bool $quiet = false;

    /**
     * @param array<string, mixed> $about
     */
    public static function add_command(string $name, callable $run, array $about = []): void
    {
        self::$commands[$name] = $run;
    }

    public static function halt(int $code): void
    {
        self::$ended = $code;
    }

    public static function get_config(string $name): mixed
    {
        return $name === 'quiet' ? self::$quiet : null;
    }
}

function get_role(string $name): ?WP_Role
{
    return Admin::$roles[$name] ?? null;
}

function wp_roles(): object
{
    return (object) ['roles' => Admin::$roles];
}

function get_userdata(int $id): WP_User|false
{
    return Admin::$users[$id] ?? false;
}

function get_user_by(string $field, string $value): WP_User|false
{
    foreach (Admin::$users as $user) {
        if ($field === 'email' && $user->user_email === $value) {
            return $user;
        }
    }
    return false;
}

function user_can(WP_User $user, string $capability): bool
{
    return in_array($capability, $user->can, true);
}

function wp_get_current_user(): WP_User
{
    return Admin::$user;
}

function get_current_user_id(): int
{
    return Admin::$user->ID;
}

function wp_set_current_user(int $id): WP_User
{
    return Admin::$user = Admin::$users[$id] ?? new WP_User();
}

function has_filter(string $name): bool
{
    return isset(WordPress::$hooks[$name]);
}

function add_menu_page(string $title, string $menu, string $capability, string $slug, callable $show): void
{
    Admin::$menu[] = ['', $slug, $capability];
}

function add_submenu_page(string $parent, string $title, string $menu, string $capability, string $slug, callable $show): void
{
    Admin::$menu[] = [$parent, $slug, $capability];
}

function get_admin_page_title(): string
{
    return 'A page';
}

function admin_url(string $path = ''): string
{
    return home_url('/wp-admin/' . $path);
}

function wp_nonce_url(string $url, string $action): string
{
    return $url . '&_wpnonce=' . $action;
}

function sanitize_key(string $text): string
{
    return (string) preg_replace('/[^a-z0-9_\-]/', '', strtolower($text));
}

function wp_unslash(mixed $value): mixed
{
    return $value;
}

function esc_url(string $url): string
{
    return esc_html($url);
}

function esc_attr(string $text): string
{
    return esc_html($text);
}

function esc_html__(string $text, string $domain = ''): string
{
    return esc_html($text);
}
