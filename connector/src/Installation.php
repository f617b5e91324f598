<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright;

/** The plugin's own tables and its place in WordPress's clock: made when it is activated or was updated. */
final class Installation implements Module
{
    /** Counts up with every change of the tables below. */
    public const SCHEMA = 1;
    /** Option that holds the schema the tables have. */
    public const SCHEMA_OPTION = 'cartwright_schema';
    /** What WordPress's clock calls every minute. */
    public const MINUTELY = 'cartwright_minutely';
    /** What WordPress's clock calls every hour. */
    public const HOURLY = 'cartwright_hourly';

    /** Names of the tables, without WordPress's prefix. */
    public const TABLES = [
        'cartwright_events',
        'cartwright_nonces',
        'cartwright_locks',
        'cartwright_carts',
        'cartwright_orders',
        'cartwright_done',
    ];

    public function register(): void
    {
        add_filter('cron_schedules', [self::class, 'addSchedule']);
        add_action('init', [self::class, 'upgrade'], 5);
        // Others clean up in WordPress's clock, and what is lost there is missed by nobody else.
        add_action('admin_init', [self::class, 'schedule']);
    }

    /** The full name of one of the tables. */
    public static function table(string $name): string
    {
        global $wpdb;
        return $wpdb->prefix . $name;
    }

    /**
     * @param mixed $schedules
     * @return array<string, array{interval: int, display: string}>
     */
    public static function addSchedule($schedules): array
    {
        $schedules = is_array($schedules) ? $schedules : [];
        $schedules['cartwright_minute'] = [
            'interval' => MINUTE_IN_SECONDS,
            'display' => 'Every minute',
        ];
        return $schedules;
    }

    /** Makes the tables. On a network, each store of it makes its own when it is first visited. */
    public static function activate(): void
    {
        self::makeTables();
        Link\Site::make();
        Admin\Capabilities::grant();
        add_filter('cron_schedules', [self::class, 'addSchedule']);
        self::schedule();
    }

    /**
     * Stops the clock. What was paired stays paired.
     *
     * @param mixed $networkWide In all stores of a network?
     */
    public static function deactivate($networkWide = false): void
    {
        $networkWide ? self::everywhere([self::class, 'stopClock']) : self::stopClock();
    }

    /** Nothing of the plugin is in WordPress's clock any more. */
    public static function stopClock(): void
    {
        wp_clear_scheduled_hook(self::MINUTELY);
        wp_clear_scheduled_hook(self::HOURLY);
        wp_clear_scheduled_hook(Events\Sender::SOON);
    }

    /**
     * Does something in each store of a network; where there is no network, here.
     *
     * @param callable(): void $do
     */
    public static function everywhere(callable $do): void
    {
        if (!is_multisite()) {
            $do();
            return;
        }
        foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $site) {
            switch_to_blog((int) $site);
            try {
                $do();
            } finally {
                restore_current_blog();
            }
        }
    }

    /** After an update by copying files nobody activates the plugin again: it looks for itself. */
    public static function upgrade(): void
    {
        if ((int) get_option(self::SCHEMA_OPTION, 0) !== self::SCHEMA) {
            self::makeTables();
            Link\Site::make();
            self::schedule();
        }
    }

    /** Puts the plugin into WordPress's clock, where it is not in it. */
    public static function schedule(): void
    {
        if (!wp_next_scheduled(self::MINUTELY)) {
            wp_schedule_event(time() + MINUTE_IN_SECONDS, 'cartwright_minute', self::MINUTELY);
        }
        if (!wp_next_scheduled(self::HOURLY)) {
            wp_schedule_event(time() + HOUR_IN_SECONDS, 'hourly', self::HOURLY);
        }
    }

    private static function makeTables(): void
    {
        global $wpdb;
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        $collate = $wpdb->get_charset_collate();
        foreach (self::definitions($wpdb->prefix, $collate) as $definition) {
            dbDelta($definition);
        }
        update_option(self::SCHEMA_OPTION, (string) self::SCHEMA, true);
    }

    /**
     * @return list<string>
     */
    private static function definitions(string $prefix, string $collate): array
    {
        // WordPress compares these texts line by line with what is there: one column a line, two blanks before a key.
        return [
            "CREATE TABLE {$prefix}cartwright_events (
                id bigint(20) unsigned NOT NULL,
                subject varchar(100) NOT NULL,
                name varchar(20) NOT NULL,
                order_id bigint(20) unsigned NOT NULL DEFAULT 0,
                at bigint(20) unsigned NOT NULL,
                data longtext NOT NULL,
                tries int(10) unsigned NOT NULL DEFAULT 0,
                due bigint(20) unsigned NOT NULL DEFAULT 0,
                sent bigint(20) unsigned NOT NULL DEFAULT 0,
                error varchar(255) NOT NULL DEFAULT '',
                PRIMARY KEY  (id),
                KEY waiting (sent,due),
                KEY subject (subject,sent)
            ) $collate;",
            "CREATE TABLE {$prefix}cartwright_nonces (
                nonce char(32) NOT NULL,
                seen bigint(20) unsigned NOT NULL,
                PRIMARY KEY  (nonce),
                KEY seen (seen)
            ) $collate;",
            "CREATE TABLE {$prefix}cartwright_locks (
                name char(64) NOT NULL,
                owner char(16) NOT NULL,
                expires bigint(20) unsigned NOT NULL,
                PRIMARY KEY  (name)
            ) $collate;",
            "CREATE TABLE {$prefix}cartwright_carts (
                token char(32) NOT NULL,
                session_key varchar(64) NOT NULL,
                customer_id bigint(20) unsigned NOT NULL DEFAULT 0,
                orders int(10) unsigned NOT NULL DEFAULT 0,
                used bigint(20) unsigned NOT NULL,
                PRIMARY KEY  (token),
                KEY session_key (session_key),
                KEY used (used)
            ) $collate;",
            "CREATE TABLE {$prefix}cartwright_orders (
                order_id bigint(20) unsigned NOT NULL,
                version bigint(20) unsigned NOT NULL,
                digest char(64) NOT NULL,
                PRIMARY KEY  (order_id)
            ) $collate;",
            "CREATE TABLE {$prefix}cartwright_done (
                id varchar(100) NOT NULL,
                at bigint(20) unsigned NOT NULL,
                PRIMARY KEY  (id),
                KEY at (at)
            ) $collate;",
        ];
    }
}
