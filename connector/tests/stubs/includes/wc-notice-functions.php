<?php

/**
 * What WooCommerce loads for a notice stands in the other stubs.
 *
 * @package Cartwright
 */

declare(strict_types=1);
