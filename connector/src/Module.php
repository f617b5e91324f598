<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright;

/**
 * A part of the plugin that hooks itself into WordPress. It costs next to nothing to make and to register; whatever is
 * dear waits until its hook is called.
 */
interface Module
{
    /** Adds its actions and filters. WooCommerce is there. */
    public function register(): void;
}
