<?php

/**
 * Finds a class of the plugin by its name: `Cartwright\Link\Signature` is `src/Link/Signature.php`.
 *
 * @package Cartwright
 */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (!str_starts_with($class, 'Cartwright\\')) {
        return;
    }
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen('Cartwright\\'))) . '.php';
    if (is_file($file)) {
        require_once $file;
    }
});
