<?php

/**
 * The plugin without WordPress: what it calls of WordPress is here in small, in the memory of one test.
 *
 * @package Cartwright
 */

declare(strict_types=1);

error_reporting(E_ALL);
define('ABSPATH', __DIR__ . '/');
define('CARTWRIGHT_FILE', dirname(__DIR__) . '/cartwright.php');
define('CARTWRIGHT_VERSION', 'test');
define('WC_ABSPATH', __DIR__ . '/stubs/');
define('MINUTE_IN_SECONDS', 60);
define('HOUR_IN_SECONDS', 3600);
define('DAY_IN_SECONDS', 86400);

require_once dirname(__DIR__) . '/src/autoload.php';
require_once __DIR__ . '/stubs/wordpress.php';
require_once __DIR__ . '/stubs/Database.php';
require_once __DIR__ . '/stubs/woocommerce.php';
require_once __DIR__ . '/stubs/orders.php';
require_once __DIR__ . '/stubs/OrderCountCache.php';
require_once __DIR__ . '/stubs/admin.php';
require_once __DIR__ . '/Stage.php';
