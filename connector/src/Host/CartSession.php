<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

// phpcs:disable PSR2.Classes.PropertyDeclaration.Underscore -- names of WooCommerce's
// phpcs:disable PSR1.Methods.CamelCapsMethodName.NotCamelCaps

/** A shopper's session, opened by its key instead of by a cookie: no cookie is read, none is set. */
final class CartSession extends \WC_Session_Handler
{
    public function __construct(private readonly string $sessionKey)
    {
        parent::__construct();
    }

    /** Reads what is stored. */
    public function init(): void
    {
        $this->_customer_id = $this->sessionKey;
        $this->_has_cookie = true;
        $this->set_session_expiration();
        $stored = $this->get_session($this->sessionKey, []);
        $this->_data = is_array($stored) ? $stored : [];
    }

    public function has_session(): bool
    {
        return true;
    }

    /**
     * @param mixed $set
     */
    public function set_customer_session_cookie($set): void
    {
    }

    public function forget_session(): void
    {
        $this->_data = [];
        $this->_dirty = true;
    }
}
