<?php

/** Prints the wp-config.php of the store in the directory CARTWRIGHT_STORE. */

declare(strict_types=1);

$store = (string) getenv('CARTWRIGHT_STORE');
$address = (string) getenv('CARTWRIGHT_STORE_URL');
$values = [
    'DB_NAME' => 'store',
    'DB_USER' => 'root',
    'DB_PASSWORD' => '',
    'DB_HOST' => "localhost:$store/run/mariadb.sock",
    'DB_CHARSET' => 'utf8mb4',
    'DB_COLLATE' => '',
    'WP_HOME' => $address,
    'WP_SITEURL' => $address,
    'WP_CONTENT_DIR' => "$store/www/wp-content",
    'WP_ENVIRONMENT_TYPE' => 'local',
    'WP_DEBUG' => true,
    'WP_DEBUG_LOG' => "$store/log/php.log",
    'WP_DEBUG_DISPLAY' => false,
    'DISABLE_WP_CRON' => true,
    'AUTOMATIC_UPDATER_DISABLED' => true,
    'WP_HTTP_BLOCK_EXTERNAL' => true,
    'WP_ACCESSIBLE_HOSTS' => '127.0.0.1,localhost',
];
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    $values["{$name}_KEY"] = bin2hex(random_bytes(32));
    $values["{$name}_SALT"] = bin2hex(random_bytes(32));
}
echo "<?php\n";
foreach ($values as $name => $value) {
    printf("define('%s', %s);\n", $name, var_export($value, true));
}
echo <<<'PHP'
if (is_file(__DIR__ . '/wp-config-more.php')) {
    require __DIR__ . '/wp-config-more.php';
}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';

PHP;
